/* cli_workflows_move.c - kontora workflows move: what would become of each case, and doing it.
 *
 * Cases may be many, so they are asked for in pages, twice: first they are counted, then each is
 * shown, and moved if that is wanted. A case is moved by a request of its own.
 */
#include "cli/workflows/cli_workflows.h"

#include "cli/cli_ask.h"
#include "cli/cli_progress.h"

#include <stdio.h>
#include <unistd.h>

enum { PAGE_ARENA_BYTES = 128 * 1024 * 1024, PAGE = 100 };

struct moving {
    struct command_line *line; /* with memory of one page */
    const char *service;
    int64_t to;
    size_t verdicts[3]; /* moves, stays, blocked */
    size_t moved;
    bool prints; /* the second time round */
    bool applies;
    size_t printed;
    struct cli_progress progress;
    size_t looked;   /* at so many cases, this time round */
    size_t expected; /* 0: not counted yet */
};

static const char *const verdict_words[] = {"moves", "stays", "blocked"};

static void count_verdict(struct moving *moving, const struct json *item)
{
    struct text verdict = cli_workflows_text(item, "verdict");
    for (size_t i = 0; i < 3; i++) {
        moving->verdicts[i] += text_equals(verdict, text_of(verdict_words[i]));
    }
}

static void print_case(struct moving *moving, const struct json *item, struct text raw)
{
    if (cli_flag(moving->line, "json") != NULL) {
        printf("%s\n%.*s", moving->printed++ > 0 ? "," : "", TEXT_ARGS(raw));
        return;
    }
    if (moving->printed++ == 0) {
        printf("%-36s  %-7s  %-7s  %s\n", "case", "version", "verdict", "because");
    }
    const struct json *moved = json_member(item, TEXT("has_moved"));
    bool has_moved = moved != NULL && moved->kind == JSON_TRUE;
    struct text id = cli_workflows_text(item, "case_id");
    struct text version = cli_workflows_text(item, "version");
    struct text verdict = has_moved ? TEXT("moved") : cli_workflows_text(item, "verdict");
    const struct json *because = json_member(item, TEXT("because"));
    printf("%-36.*s  %-7.*s  %-7.*s ", TEXT_ARGS(id), TEXT_ARGS(version), TEXT_ARGS(verdict));
    for (const struct json *one = because ? because->first : NULL; one; one = one->next) {
        printf(" %.*s%s", TEXT_ARGS(one->text), one->next ? ";" : "");
    }
    putchar('\n');
}

static void put_fields(struct json_writer *writer, const char *names)
{
    struct text rest = text_of(names);
    json_begin_array(writer);
    while (rest.bytes > 0) {
        struct text name;
        text_cut(rest, ',', &name, &rest);
        if (text_trim(name).bytes > 0) {
            json_put_text(writer, text_trim(name));
        }
    }
    json_end_array(writer);
}

static int ask_move(struct moving *moving, struct text case_id, bool is_plan,
                    const struct json **answer_out, struct text *text_out)
{
    struct command_line *line = moving->line;
    const char *without = cli_flag(line, "without");
    struct json_writer body;
    json_writer_init(&body, line->arena, 128);
    json_begin_object(&body);
    json_key(&body, "case_id");
    json_put_text(&body, case_id);
    json_key(&body, "to");
    json_put_integer(&body, moving->to);
    if (without != NULL) {
        json_key(&body, "without");
        put_fields(&body, without);
    }
    json_key(&body, "plan_only");
    json_put_flag(&body, is_plan);
    json_end_object(&body);
    struct cli_question question = {
        .method = "POST",
        .path =
            text_format(line->arena, "/api/workflows/%s/%s/move", moving->service, line->words[1]),
        .body = json_written(&body),
    };
    return cli_ask(line, &question, answer_out, text_out);
}

/* It is asked anew: much may have happened to it since the page was read. */
static int apply(struct moving *moving, const struct json *item)
{
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    int code = ask_move(moving, cli_workflows_text(item, "case_id"), false, &answer, &text);
    if (code != EXIT_OK || answer == NULL) {
        return code;
    }
    const struct json *moved = json_member(answer, TEXT("has_moved"));
    moving->moved += moved != NULL && moved->kind == JSON_TRUE;
    print_case(moving, answer, text);
    return EXIT_OK;
}

static int take_page(struct moving *moving, const struct json *items)
{
    int code = EXIT_OK;
    for (const struct json *item = items->first; item != NULL && code == EXIT_OK;
         item = item->next) {
        bool moves = text_equals(cli_workflows_text(item, "verdict"), TEXT("moves"));
        if (!moving->prints) {
            count_verdict(moving, item);
        } else if (moves && moving->applies) {
            code = apply(moving, item);
        } else {
            print_case(moving, item, item->text);
        }
        cli_progress_tell(&moving->progress, (int64_t)++moving->looked, (int64_t)moving->expected);
    }
    return code;
}

static int ask_page(struct moving *moving, struct text cursor, const struct json **answer_out)
{
    struct command_line *line = moving->line;
    const char *without = cli_flag(line, "without");
    struct text path = text_format(line->arena, "/api/workflows/%s/%s/plan?to=%lld&limit=%d",
                                   moving->service, line->words[1], (long long)moving->to, PAGE);
    if (without != NULL) {
        struct text escaped = cli_escape(line->arena, text_of(without));
        path = text_format(line->arena, "%.*s&without=%.*s", TEXT_ARGS(path), TEXT_ARGS(escaped));
    }
    if (cursor.bytes > 0) {
        struct text escaped = cli_escape(line->arena, cursor);
        path = text_format(line->arena, "%.*s&cursor=%.*s", TEXT_ARGS(path), TEXT_ARGS(escaped));
    }
    struct text text;
    return cli_ask(line, &(struct cli_question){.method = "GET", .path = path}, answer_out, &text);
}

/* Page after page, each in the same memory. */
static int walk(struct moving *moving)
{
    struct command_line *whole = moving->line;
    struct command_line line = *whole;
    char cursor[128] = "";
    int code = EXIT_OK;
    bool has_more = true;
    line.arena = arena_create("page", PAGE_ARENA_BYTES);
    moving->line = &line;
    while (code == EXIT_OK && has_more) {
        const struct json *answer = NULL;
        arena_reset(line.arena);
        code = ask_page(moving, text_copy(line.arena, text_of(cursor)), &answer);
        if (code == EXIT_OK) {
            struct text next = cli_workflows_text(answer, "next");
            has_more = next.bytes > 0 && next.bytes < sizeof cursor;
            snprintf(cursor, sizeof cursor, "%.*s", TEXT_ARGS(next));
            code = take_page(moving, json_member(answer, TEXT("items")));
        }
    }
    moving->line = whole;
    arena_destroy(&line.arena);
    return code;
}

static void print_counts(const struct moving *moving)
{
    const char *name = moving->line->words[1];
    if (cli_flag(moving->line, "json") != NULL) {
        printf("{\"workflow\":\"%s\",\"to\":%lld,\"moves\":%zu,\"stays\":%zu,\"blocked\":%zu,"
               "\"cases\":[",
               name, (long long)moving->to, moving->verdicts[0], moving->verdicts[1],
               moving->verdicts[2]);
        return;
    }
    size_t all = moving->verdicts[0] + moving->verdicts[1] + moving->verdicts[2];
    printf("%s: %zu open %s of other versions than %lld: %zu can move, %zu stay, %zu blocked.\n",
           name, all, all == 1 ? "case" : "cases", (long long)moving->to, moving->verdicts[0],
           moving->verdicts[1], moving->verdicts[2]);
}

static void print_end(const struct moving *moving)
{
    if (cli_flag(moving->line, "json") != NULL) {
        printf("%s],\"moved\":%zu}\n", moving->printed > 0 ? "\n" : "", moving->moved);
    } else if (moving->applies) {
        printf("%zu %s moved.\n", moving->moved, moving->moved == 1 ? "case has" : "cases have");
    } else if (moving->verdicts[0] > 0) {
        puts("Nothing has moved yet: --apply does it.");
    }
}

/* Lines that appear on the same terminal say by themselves how far it is. */
static int walk_and_tell(struct moving *moving, const char *what)
{
    cli_progress_begin(&moving->progress, what);
    moving->progress.is_seen =
        moving->progress.is_seen && (!moving->prints || isatty(STDOUT_FILENO) == 0);
    moving->looked = 0;
    int code = walk(moving);
    cli_progress_end(&moving->progress);
    return code;
}

static int move_all(struct moving *moving)
{
    int code = walk_and_tell(moving, "cases looked at");
    if (code != EXIT_OK) {
        return code;
    }
    print_counts(moving);
    moving->prints = true;
    moving->expected = moving->looked;
    code = walk_and_tell(moving, moving->applies ? "cases gone through" : "cases shown");
    if (code == EXIT_OK || cli_flag(moving->line, "json") != NULL) {
        print_end(moving); /* JSON is whole, whatever has happened */
    }
    return code;
}

static int move_one(struct moving *moving, const char *case_id)
{
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    int code = ask_move(moving, text_of(case_id), !moving->applies, &answer, &text);
    if (code != EXIT_OK || answer == NULL) {
        return code;
    }
    const struct json *moved = json_member(answer, TEXT("has_moved"));
    moving->moved = moved != NULL && moved->kind == JSON_TRUE;
    count_verdict(moving, answer);
    if (cli_flag(moving->line, "json") != NULL) {
        printf("%.*s\n", TEXT_ARGS(text));
        return EXIT_OK;
    }
    print_case(moving, answer, text);
    print_end(moving);
    return EXIT_OK;
}

int cli_workflows_move(struct command_line *line)
{
    const char *case_id = cli_flag(line, "case");
    struct moving moving = {.line = line, .applies = cli_flag(line, "apply") != NULL};
    if (!cli_workflows_number(line, "to", &moving.to)) {
        return EXIT_USAGE;
    }
    if (moving.to == 0) {
        return cli_fail(EXIT_USAGE, "say to which version: kontora workflows move %s --to N",
                        line->words[1]);
    }
    int code = cli_workflows_find(line, moving.to, &moving.service);
    if (code != EXIT_OK) {
        return code;
    }
    return case_id != NULL ? move_one(&moving, case_id) : move_all(&moving);
}
