#!/usr/bin/python2
# -*- coding: utf-8 -*-
import calendar


def print_month(year, month):
    for week in calendar.monthcalendar(year, month):
        print " ".join("%2d" % day if day else "  " for day in week)


def ask_year():
    try:
        return int(raw_input("year: "))
    except ValueError, e:
        raise ValueError, "not a year: %s" % e
