# What: nothing at all
# Expect: no_tests


