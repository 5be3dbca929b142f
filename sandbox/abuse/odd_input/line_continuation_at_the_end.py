# What: a backslash as the last letter
# Expect: syntax_error
# Replace: @SLASH@ = "\\"

x = 1
y = @SLASH@
