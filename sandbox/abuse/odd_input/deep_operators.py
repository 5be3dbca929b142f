# What: ten thousand sums
# Expect: syntax_error or no_tests or error
# Replace: @DEEP@ = "1 + " * 10000

x = @DEEP@1
