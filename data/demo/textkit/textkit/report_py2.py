import sys


def print_report(rows):
    for name, count in rows:
        print "%-20s %5d" % (name, count)


def read_counts(path):
    counts = {}
    try:
        for line in open(path):
            word, number = line.split()
            counts[word] = int(number)
    except (IOError, ValueError), error:
        print >>sys.stderr, "cannot read", path, error
    return counts
