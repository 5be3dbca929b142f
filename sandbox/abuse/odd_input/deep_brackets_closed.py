# What: ten thousand brackets that are closed
# Expect: syntax_error
# Replace: @DEEP@ = "[" * 10000
# Replace: @CLOSE@ = "]" * 10000

x = @DEEP@@CLOSE@
