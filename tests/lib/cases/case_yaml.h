/* case_yaml.h - what the workflows of the suites have in common. */
#ifndef TESTS_LIB_CASES_CASE_YAML_H
#define TESTS_LIB_CASES_CASE_YAML_H

#define HEAD "workflow: w\nversion: 1\nparticipants: {man: {sees: all}}\n"
#define FIELDS                                                                                     \
    "fields:\n"                                                                                    \
    "  amount: integer\n"                                                                          \
    "  fine: flag\n"                                                                               \
    "  note: {kind: text, max: 100}\n"                                                             \
    "  limited: {kind: integer, max: 9}\n"                                                         \
    "  thing: object\n"                                                                            \
    "  whole: object\n"
#define PLACE   "places: {p: , over: {end: true}}\n"
#define PLACES  "places: {p: , q: , over: {end: true}}\n"
#define FAILING "places: {p: , failed: {end: true}, over: {end: true}}\n"
#define BEGIN                                                                                      \
    "operations:\n"                                                                                \
    "  begin: {who: man, from: start, to: p, accepts: [amount, fine, note, limited]}\n"

#endif
