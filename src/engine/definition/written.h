/* written.h - a definition as it was written: the structs that the forms of written.c fill.
 *
 * Every struct begins with the name it was written under. Nothing refers to anything yet.
 */
#ifndef ENGINE_DEFINITION_WRITTEN_H
#define ENGINE_DEFINITION_WRITTEN_H

#include "engine/definition/form.h"

struct written_label {
    struct word name;
    struct word ru;
    struct word en;
};

struct written_field {
    struct written_label label;
    struct word kind;
    struct word min;
    struct word max;
    struct word max_items;
    struct word currency;
    struct forms choices; /* written_label */
    struct words types;
    struct word secret;
    struct word found;
    struct word otherwise;
    struct word must;
    struct written_label because;
    struct words was;
};

struct written_party {
    struct written_label label;
    struct word is;
    struct sights sees;
    struct forms roles; /* written_party, without roles */
};

struct written_place {
    struct written_label label;
    struct word end;
    struct word hidden;
    struct word undoes;
    struct words was;
};

struct written_retry {
    struct word name;
    struct word times;
    struct word first;
    struct word most;
};

/* An operation, a stage, an event or a timer; each fills what it has. */
struct written_transition {
    struct written_label label;
    struct words from;
    struct word_sets from_any;
    struct words in;
    struct words to;
    struct word when;
    struct word is_else;
    struct pairs sets;
    struct words tells;

    struct words who;
    struct words asks;
    struct words accepts;
    struct written_label because;
    struct word run;

    struct word call;
    struct word worker;
    struct pairs with;
    struct word result;
    struct word store;
    struct word skip_when;
    struct words next;
    struct written_retry retry;
    struct word deadline;
    struct words caught; /* `catch` */
    struct word undo;

    struct word event;
    struct pairs match;
    struct word early;

    struct word at;
    struct word after;
    struct word before;
    struct word schedule;
};

struct written_workflow {
    struct word name; /* of the key; not used */
    struct word workflow;
    struct word version;
    struct word ru;
    struct word en;
    struct word max_steps_without_waiting;
    struct words one_open_per;
    struct forms participants; /* written_party */
    struct forms fields;       /* written_field */
    struct forms places;       /* written_place */
    struct forms operations;   /* written_transition, as the three below */
    struct forms stages;
    struct forms events;
    struct forms timers;
};

extern const struct form written_workflow_form;

#endif
