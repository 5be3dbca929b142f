# What: ten thousand brackets
# Expect: syntax_error
# Replace: @DEEP@ = "[" * 10000

x = @DEEP@
