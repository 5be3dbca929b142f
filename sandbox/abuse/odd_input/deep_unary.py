# What: ten thousand signs
# Expect: syntax_error or error
# Replace: @DEEP@ = "-" * 10000

x = @DEEP@1
