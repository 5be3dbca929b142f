# What: ten thousand calls
# Expect: syntax_error
# Replace: @DEEP@ = "f(" * 10000
# Replace: @CLOSE@ = ")" * 10000

x = @DEEP@1@CLOSE@
