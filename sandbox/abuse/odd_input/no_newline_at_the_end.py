# What: a last line without an end
# Expect: no_tests
# Replace: @CUT@ = ""

x = 1 \
@CUT@
