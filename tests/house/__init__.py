"""The rules of the house and their guards: pure functions from the root of a tree to a list of complaints."""

from tests.house import citations, claims, contents, pages, sizes, units, words

GUARDS = (
    citations.malformed_entries,
    citations.uncited_entries,
    citations.unknown_citations,
    claims.stand_ins,
    claims.toothless_tests,
    claims.vague_claims,
    contents.foreign_files,
    contents.large_files,
    contents.others_work,
    pages.missing_commands,
    pages.missing_names,
    pages.missing_paths,
    pages.undocumented_dependencies,
    pages.unexplained_nouns,
    sizes.deep_nesting,
    sizes.long_files,
    sizes.long_functions,
    sizes.many_parameters,
    sizes.too_few_short_functions,
    units.unitless_numbers,
    words.banned_words,
    words.hidden_chance,
    words.hidden_doors,
    words.machine_paths,
    words.noisy_engine,
    words.refused_names,
    words.unreasoned_exceptions,
)
