# A file of comments.
#
# Everything that was here has moved to another place.
