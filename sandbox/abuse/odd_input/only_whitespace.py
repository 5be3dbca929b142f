# What: blanks and line ends
# Expect: no_tests
# Replace: @BLANK@ = " \n\t\n" * 100

@BLANK@
