# What: code without tests
# Expect: no_tests

def f(x):
    return 2
