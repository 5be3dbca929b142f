# What: a comment
# Expect: no_tests

# nothing
