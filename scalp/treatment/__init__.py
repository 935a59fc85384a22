"""The whole course: photos go in, looks come out. The only place where the stages meet.

Each step is one verb of one room; results are passed on here and nowhere else. `sittings` sees, `courses` plans and ages,
`own_hair` minds what still grows, `looks` renders. Files, words and pictures for people are the business of `scalp.io` and of
whoever calls this.
"""
