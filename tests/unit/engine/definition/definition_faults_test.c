/* definition_faults_test.c - one fault after the other is put into a good definition; each is told
 * at its line and column, in a sentence that says what was expected.
 */
#include "engine/definition/definition.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char good[] =
    "workflow: shop\n"
    "version: 1\n"
    "one_open_per: owner_id\n"
    "participants:\n"
    "  client: {is: owner_id, sees: [note, price]}\n"
    "fields:\n"
    "  owner_id: id\n"
    "  price: {kind: money, currency: RUB, min: 0}\n"
    "  note: {kind: text, max: 500}\n"
    "  paid: flag\n"
    "places:\n"
    "  ordered:\n"
    "  packed:\n"
    "  sent: {end: true}\n"
    "  failed: {end: true, undoes: true}\n"
    "operations:\n"
    "  order:\n"
    "    who: client\n"
    "    from: start\n"
    "    to: ordered\n"
    "    asks: [owner_id, note]\n"
    "    tells: shop.ordered\n"
    "  pay:\n"
    "    who: client\n"
    "    from: ordered\n"
    "    to: charge\n"
    "    because: {ru: Нельзя, en: No}\n"
    "    when: note is not null\n"
    "stages:\n"
    "  charge:\n"
    "    call: till.charge\n"
    "    with: {amount: price}\n"
    "    result: paid\n"
    "    undo: refund\n"
    "    retry: {times: 3, first: 5s, most: 1h}\n"
    "    catch: failed\n"
    "  ship: {from: packed, when: paid, to: sent}\n"
    "  keep: {from: packed, else: true, to: failed}\n"
    "events:\n"
    "  came: {event: stock.came, match: {case_id: order_id}, in: ordered,"
    " sets: {note: event.note}}\n"
    "timers:\n"
    "  late: {after: 30d, from: ordered, to: failed}\n";
/* clang-format on */

/* `from` is in the definition once and becomes `to`; `said` is everything that is said then. */
struct fault {
    const char *from;
    const char *to;
    const char *said;
};

static const struct fault faults[] = {
    {"  ship: {from: packed, when: paid, to: sent}\n  keep: {from: packed, else: true, to: failed}",
     "  ship: {from: packed, to: [wrap]}\n  wrap: {to: packed}",
     "shop.yaml:37:3: stage \"ship\" leads round in a circle, for ever: nothing on the way has a "
     "\"when\", does anything, or waits for anybody"},
    {"workflow: shop", "workflow: my shop",
     "shop.yaml:1:11: \"workflow\" is \"my shop\", but must be a name like company_form: letters, "
     "digits and _, 64 at most"},
    {"version: 1", "version: zero",
     "shop.yaml:2:10: \"version\" is \"zero\", but must be a whole number from 1 to 1000000"},
    {"version: 1\n", "",
     "shop.yaml:1:1: a workflow needs \"version\": a whole number, one more with each change"},
    {"  price: {kind: money, currency: RUB, min: 0}",
     "  price: {kind: money, currency: RUR, min: 0}",
     "shop.yaml:8:34: field \"price\": there is no currency \"RUR\"; it is a code like RUB or USD"},
    {"  price: {kind: money, currency: RUB, min: 0}", "  price: {kind: money, min: 0}",
     "shop.yaml:8:3: field \"price\": money needs \"currency\": its code, like RUB"},
    {"  price: {kind: money, currency: RUB, min: 0}",
     "  price: {kind: money, currency: RUB, min: 0.50, max: 0.25}",
     "shop.yaml:8:44: field \"price\": \"min\" is more than \"max\""},
    {"  note: {kind: text, max: 500}", "  note: {kind: txt, max: 500}",
     "shop.yaml:9:16: field \"note\": \"kind\" is \"txt\", but must be one of text, choice, email, "
     "phone, integer, money, flag, id, date, time, texts, object, files; did you mean \"text\"?"},
    {"  note: {kind: text, max: 500}", "  note: {kind: text}",
     "shop.yaml:9:3: field \"note\": a text needs \"max\": the most letters"},
    {"  note: {kind: text, max: 500}", "  note: {kind: text, max: 500, currency: RUB}",
     "shop.yaml:9:42: field \"note\": a text has no \"currency\""},
    {"  note: {kind: text, max: 500}", "  note: {kind: text, max: 500, ru: Заметка}",
     "shop.yaml:9:36: \"en\" is missing beside \"ru\": give both or neither"},
    {"  note: {kind: text, max: 500}", "  case_id: {kind: text, max: 500}",
     "shop.yaml:5:33: there is no field \"note\"; there may be owner_id, price, case_id, "
     "paid\nshop.yaml:9:3: no field may be called \"case_id\": the word means something "
     "else\nshop.yaml:21:22: there is no field \"note\"; there may be owner_id, price, case_id, "
     "paid\nshop.yaml:40:77: there is no field \"note\"; there may be owner_id, price, case_id, "
     "paid"},
    {"  paid: flag", "  paid: {kind: flag, default: maybe}",
     "shop.yaml:10:31: field \"paid\": \"default\" is \"maybe\", which could not be written in it"},
    {"  paid: flag", "  paid: {kind: files}",
     "shop.yaml:10:3: field \"paid\": files needs \"max\": the most bytes"},
    {"  paid: flag", "  paid: {kind: files, max: 16777217}",
     "shop.yaml:10:28: field \"paid\": \"max\" must be a number of bytes from 1 to 16777216"},
    {"  paid: flag", "  paid: {kind: files, max: 100, types: [pdf, doc]}",
     "shop.yaml:10:46: field \"paid\": there is no type \"doc\"; there are pdf, png, jpeg, webp, "
     "heic, tiff and zip"},
    {"  paid: flag", "  paid: {kind: text, max: 100, types: pdf}",
     "shop.yaml:10:39: field \"paid\": a text has no \"types\""},
    {"  paid: flag", "  paid: {kind: object, found: true}",
     "shop.yaml:10:31: field \"paid\": cases cannot be looked for by an object"},
    {"  paid: flag", "  paid: {kind: flag, found: true, secret: true}",
     "shop.yaml:10:29: field \"paid\": cases cannot be looked for by a secret"},
    {"  paid: flag", "  paid: flag\n  Paid: flag",
     "shop.yaml:11:3: there is field \"paid\" in line 10 already; \"Paid\" needs another name"},
    {"  paid: flag", "  paid: flag\n  paid: flag",
     "shop.yaml:11:3: \"paid\" is in line 10 already"},
    {"  paid: flag", "  paid: [flag]",
     "shop.yaml:10:9: field \"paid\": a field must be a mapping of NAME: VALUE, but is a list"},
    {"places:", "plces:",
     "shop.yaml:1:1: a workflow needs \"places\": where a case can be; start is there "
     "already\nshop.yaml:11:1: a workflow has no \"plces\"; did you mean \"places\"?"},
    {"  packed:", "  packed: {en: Packed}",
     "shop.yaml:13:16: \"ru\" is missing beside \"en\": give both or neither"},
    {"  sent: {end: true}", "  sent: {end: yes}",
     "shop.yaml:14:15: place \"sent\": \"end\" is \"yes\", but must be true or false"},
    {"  sent: {end: true}\n  failed: {end: true, undoes: true}",
     "  sent:\n  failed: {undoes: true}",
     "shop.yaml:12:3: no place has \"end: true\", so that no case could end"},
    {"  sent: {end: true}", "  sent: {end: true, was: packed}",
     "shop.yaml:14:26: \"was\": there is a place \"packed\" now, in line 13"},
    {"  sent: {end: true}\n  failed: {end: true, undoes: true}",
     "  sent: {end: true, was: over}\n  failed: {end: true, undoes: true, was: [lost, over]}",
     "shop.yaml:15:49: \"was\": another place was \"over\" already"},
    {"  paid: flag", "  paid: {kind: flag, was: [settled, settled]}",
     "shop.yaml:10:37: \"was\": another field was \"settled\" already"},
    {"  paid: flag", "  paid: {kind: flag, was: note}",
     "shop.yaml:10:27: \"was\": there is a field \"note\" now, in line 9"},
    {"  sent: {end: true}", "  sent: {end: true}\n  start:",
     "shop.yaml:15:3: no place may be called \"start\": every case begins there, it need not be "
     "written"},
    {"    who: client\n    from: start", "    who: clinet\n    from: start",
     "shop.yaml:18:10: there is no participant \"clinet\"; did you mean \"client\"?"},
    {"    who: client\n    from: start\n", "    from: start\n",
     "shop.yaml:17:3: operation \"order\": an operation needs \"who\": a participant kind, or "
     "kind.role, or a list of them"},
    {"    to: ordered", "    to: orderd",
     "shop.yaml:20:9: there is no place \"orderd\"; did you mean \"ordered\"?"},
    {"    to: ordered\n", "", "shop.yaml:17:3: \"order\" needs \"to\": the place it leads to"},
    {"    from: start", "    from: strat",
     "shop.yaml:19:11: there is no place \"strat\"; did you mean \"start\"?"},
    {"    asks: [owner_id, note]", "    asks: [owner_id, noet]",
     "shop.yaml:21:22: there is no field \"noet\"; did you mean \"note\"?"},
    {"    asks: [owner_id, note]", "    asks: [owner_id, note, note]",
     "shop.yaml:21:28: \"note\" is asked for twice"},
    {"    asks: [owner_id, note]", "    aks: [owner_id, note]",
     "shop.yaml:21:5: operation \"order\": an operation has no \"aks\"; did you mean \"asks\"?"},
    {"    asks: [owner_id, note]", "    asks: []",
     "shop.yaml:21:11: operation \"order\": \"asks\" must be a name or a list of names, but is an "
     "empty list"},
    {"    tells: shop.ordered", "    tells: ordered",
     "shop.yaml:22:12: \"tells\" is \"ordered\", but must begin with the service: SERVICE.ordered"},
    {"    retry: {times: 3, first: 5s, most: 1h}", "    retry: {times: 3, first: 5 seconds}",
     "shop.yaml:35:30: \"first\" is \"5 seconds\", but must be a duration like 10s, 5m, 2h or 30d, "
     "from 1ms to 1d"},
    {"    retry: {times: 3, first: 5s, most: 1h}", "    retry: {times: 3, first: 2h, most: 1h}",
     "shop.yaml:35:40: \"most\" is shorter than \"first\""},
    {"    retry: {times: 3, first: 5s, most: 1h}", "    retry: 3",
     "shop.yaml:35:12: a retry must be a mapping of NAME: VALUE, but is a word"},
    {"    call: till.charge", "    call: till.charge\n    run: charge",
     "shop.yaml:31:11: \"run\" and \"call\" cannot both be given: a stage does one thing"},
    {"    call: till.charge\n", "",
     "shop.yaml:31:11: \"with\" needs \"run\", \"call\" or \"worker\": this stage does nothing"},
    {"    catch: failed", "    catch: faild",
     "shop.yaml:36:12: there is no place \"faild\"; did you mean \"failed\"?"},
    {"    undo: refund", "    undo: refund me",
     "shop.yaml:34:11: stage \"charge\": \"undo\" is \"refund me\", but must be a name like "
     "orders.new: letters, digits, _, and . or - inside"},
    {"    undo: refund\n", "",
     "shop.yaml:15:3: place \"failed\" undoes, but no stage says how: none has \"undo\""},
    {"  ship: {from: packed, when: paid, to: sent}", "  ship: {from: packed, to: sent}",
     "shop.yaml:38:3: \"else\" of \"keep\" stands alone: no other stage out of the same place has "
     "a \"when\""},
    {"  ship: {from: packed, when: paid, to: sent}", "  ship: {from: packed, to: start}",
     "shop.yaml:37:28: \"to\" is start, to which nothing leads back\nshop.yaml:38:3: \"else\" of "
     "\"keep\" stands alone: no other stage out of the same place has a \"when\""},
    {"  keep: {from: packed, else: true, to: failed}",
     "  keep: {from: packed, else: true, when: not paid, to: failed}",
     "shop.yaml:38:30: \"when\" and \"else\" cannot both be given"},
    {"  keep: {from: packed, else: true, to: failed}",
     "  keep: {from: ordered, else: true, to: failed}",
     "shop.yaml:38:3: \"else\" of \"keep\" stands alone: no other stage out of the same place has "
     "a \"when\""},
    {"  keep: {from: packed, else: true, to: failed}",
     "  keep: {from: sent, when: paid, to: failed}",
     "shop.yaml:38:3: \"keep\" leaves \"sent\", which is an end"},
    {"  keep: {from: packed, else: true, to: failed}", "  keep: {from: packed, else: true}",
     "shop.yaml:38:3: stage \"keep\" needs \"to\": no stage follows it"},
    {"  came: {event: stock.came, match: {case_id: order_id}, in: ordered, sets: {note: "
     "event.note}}",
     "  came: {event: stock.came, match: {casse: order_id}, in: ordered}",
     "shop.yaml:40:37: there is no field \"casse\"; there may be owner_id, price, note, paid"},
    {"  came: {event: stock.came, match: {case_id: order_id}, in: ordered, sets: {note: "
     "event.note}}",
     "  came: {event: stock.came, from: ordered, in: ordered}",
     "shop.yaml:40:35: \"in\" and \"from\" cannot both be given"},
    {"  came: {event: stock.came, match: {case_id: order_id}, in: ordered, sets: {note: "
     "event.note}}",
     "  came: {in: ordered}",
     "shop.yaml:40:3: event \"came\": an event needs \"event\": the event it waits for, "
     "SERVICE.WHAT"},
    {"  late: {after: 30d, from: ordered, to: failed}", "  late: {from: ordered, to: failed}",
     "shop.yaml:42:3: a timer needs \"after\", \"at\" or \"schedule\": when it comes"},
    {"  late: {after: 30d, from: ordered, to: failed}",
     "  late: {before: 30d, from: ordered, to: failed}",
     "shop.yaml:42:18: \"before\" needs \"at\": before what time"},
    {"  late: {after: 30d, from: ordered, to: failed}",
     "  late: {at: note, from: ordered, to: failed}",
     "shop.yaml:42:14: \"at\" names field \"note\", which must be of kind time or date"},
    {"  late: {after: 30d, from: ordered, to: failed}",
     "  late: {schedule: dayly 18:00, from: ordered, to: failed}",
     "shop.yaml:42:20: timer \"late\": schedule 'dayly 18:00', character 1: a schedule is daily "
     "HH:MM, weekly DAY HH:MM, monthly DAY HH:MM, every TIME or the five fields of cron"},
    {"  late: {after: 30d, from: ordered, to: failed}",
     "  late: {after: 30d, from: start, to: failed}",
     "shop.yaml:42:3: from start a timer needs \"schedule\": no case is there that could wait"},
    {"  client: {is: owner_id, sees: [note, price]}", "  client: {is: note, sees: [note, price]}",
     "shop.yaml:5:16: \"is\" names field \"note\", which must be of kind id"},
    {"  client: {is: owner_id, sees: [note, price]}",
     "  client: {is: owner_id, sees: {orderd: note}}",
     "shop.yaml:5:33: there is no place \"orderd\"; did you mean \"ordered\"?"},
    {"    because: {ru: Нельзя, en: No}\n    when: note is not null\n",
     "    because: {ru: Нельзя, en: No}\n",
     "shop.yaml:27:5: \"because\" needs \"when\": it says why that is not so"},
    {"  paid: flag\n", "  paid: {kind: flag, because: {ru: Нельзя, en: No}}\n",
     "shop.yaml:10:22: \"because\" needs \"must\": it says why that is not so"},
    {"one_open_per: owner_id", "one_open_per: onwer_id",
     "shop.yaml:3:15: there is no field \"onwer_id\"; did you mean \"owner_id\"?"},
    {"  note: {kind: text, max: 500}", "  note: {kind: text, max: 500",
     "shop.yaml:10:7: a comma or the closing bracket is missing before this"},
    {"  note: {kind: text, max: 500}", "\tnote: {kind: text, max: 500}",
     "shop.yaml:9:1: a tab, @, ` or % may not begin a word; indent with spaces, and put such a "
     "text in \"quotes\""},
    {"    when: note is not null", "    when: note: is not null",
     "shop.yaml:28:15: a ':' that is not expected here: a text that has one must be in \"quotes\", "
     "and what stands below a word must be indented more"},
    {"    who: client\n    from: start", "    who: *client\n    from: start",
     "shop.yaml:18:10: *names are not used here; write it out, or put the text in \"quotes\""},
    {"    who: client\n    from: start", "    who: &c client\n    from: start",
     "shop.yaml:18:10: &names are not used here; write it out"},
    {"    who: client\n    from: start", "    who: !!str client\n    from: start",
     "shop.yaml:18:10: !tags are not used here; put a text that begins with ! in \"quotes\""},
    {"timers:", "---\ntimers:",
     "shop.yaml:41:1: a second document begins here; one file is one workflow"},
    {"    from: start", "      from: start",
     "shop.yaml:19:11: a ':' that is not expected here: a text that has one must be in \"quotes\", "
     "and what stands below a word must be indented more"},
    {"version: 1", "version: {one: 1}",
     "shop.yaml:2:10: \"version\" must be a whole number from 1 to 1000000, but is a mapping"},
    {"    from: start", "    from: start\n    from_any: [ordered]",
     "shop.yaml:20:15: \"from\" and \"from_any\" cannot both be given"},
    {"    from: ordered\n    to: charge", "    from: [ordered, ordered]\n    to: charge",
     "shop.yaml:25:21: \"ordered\" is there twice"},
    {"    from: ordered\n    to: charge", "    from: [start, ordered]\n    to: charge",
     "shop.yaml:25:11: start stands alone: no case is there and somewhere else"},
    {"    from: ordered\n    to: charge", "    from_any: ordered\n    to: charge",
     "shop.yaml:25:15: operation \"pay\": \"from_any\" must be a list of names, or of lists of "
     "names, but is a word"},
    {"    from: ordered\n    to: charge", "    to: charge",
     "shop.yaml:23:3: \"pay\" needs \"from\": the place it leaves, or \"in\" when it stays there"},
    {" in: ordered,", " in: start,",
     "shop.yaml:40:61: \"in\" is start, where there is no case yet"},
    {" in: ordered,", " from: start, to: ordered,",
     "shop.yaml:40:36: \"match\" finds a case, but from start there is none yet"},
    {"sets: {note: event.note}", "sets: note",
     "shop.yaml:40:76: event \"came\": \"sets\" must be a mapping of NAME: EXPRESSION, but is a "
     "word"},
    {"sets: {note: event.note}", "sets: {note: ''}",
     "shop.yaml:40:83: event \"came\": \"sets\" is \"\", but must be an expression like price > 0, "
     "2000 bytes at most"},
    {"match: {case_id: order_id}", "match: {case id: order_id}",
     "shop.yaml:40:37: event \"came\": \"case id\" in \"match\" must be a name like company_form: "
     "letters, digits and _, 64 at most"},
    {"    asks: [owner_id, note]", "    asks: {owner_id: note}",
     "shop.yaml:21:11: operation \"order\": \"asks\" must be a name or a list of names, but is a "
     "mapping"},
    {"    asks: [owner_id, note]", "    asks: [owner_id, [note]]",
     "shop.yaml:21:22: operation \"order\": \"asks\" must be a name or a list of names, but is a "
     "list"},
    {"    tells: shop.ordered", "    sets: {note: case_id}",
     "shop.yaml:22:18: \"note\" is asked for, and set as well"},
    {"  client: {is: owner_id, sees: [note, price]}", "  client: me",
     "shop.yaml:5:11: participant \"client\": a participant must be a mapping of NAME: VALUE, but "
     "is a word"},
    {"timers:\n  late: {after: 30d, from: ordered, to: failed}", "timers: [late]",
     "shop.yaml:41:9: \"timers\" must be a mapping of names, but is a list"},
    {"min: 0}", "min: none}",
     "shop.yaml:8:44: field \"price\": \"min\" is \"none\", but must be an amount like 100 or "
     "99.50"},
    {"max: 500}", "max: 0}",
     "shop.yaml:9:27: field \"note\": \"max\" is 0, so nothing could be written"},
    {"max: 500}", "max: many}",
     "shop.yaml:9:27: field \"note\": \"max\" is \"many\", but must be a number of letters from 0 "
     "to 100000"},
    {"  paid: flag", "  paid: {kind: text, min: 3, max: 5, default: да}",
     "shop.yaml:10:47: field \"paid\": \"default\" is \"да\", which could not be written in it"},
    {"  owner_id: id", "  owner_id: {kind: texts, max: 5}",
     "shop.yaml:3:15: \"one_open_per\": texts cannot be compared; name another "
     "field\nshop.yaml:5:16: \"is\" names field \"owner_id\", which must be of kind id"},
    {"    because: {ru: Нельзя, en: No}",
     "    because:", "shop.yaml:27:5: \"because\" needs \"ru\" and \"en\""},
    {"    because: {ru: Нельзя, en: No}", "    because: {ru: '', en: No}",
     "shop.yaml:27:19: \"ru\" is \"\", but must be a line of text, 200 bytes at most"},
    {"    retry: {times: 3, first: 5s, most: 1h}", "    retry: {first: 1h}", ""},
    {"    retry: {times: 3, first: 5s, most: 1h}", "    retry: {times: -1}",
     "shop.yaml:35:20: \"times\" is \"-1\", but must be a whole number from 0 to 1000"},
    {"    catch: failed", "    catch: failed\n    next: ship", ""},
    {"    catch: failed", "    catch: start",
     "shop.yaml:36:12: \"catch\" is start, to which nothing leads back"},
    {"  ship: {from: packed,", "  ship: {from: start,",
     "shop.yaml:37:3: a stage cannot begin a case: an operation, an event or a timer with a "
     "schedule can\nshop.yaml:37:16: \"from\" is start, to which nothing leads "
     "back\nshop.yaml:38:3: \"else\" of \"keep\" stands alone: no other stage out of the same "
     "place has a \"when\""},
    {"when: paid, to: sent}", "to: sent}\n  send: {from: packed, to: sent}",
     "shop.yaml:38:3: stage \"send\" is never done: \"ship\" in line 37 leaves the same place and "
     "has no \"when\"\nshop.yaml:39:3: \"else\" of \"keep\" stands alone: no other stage out of "
     "the same place has a \"when\""},
    {"failed: {end: true, undoes: true}", "failed: {end: true}",
     "shop.yaml:30:3: stage \"charge\" has \"undo\", but no place has \"undoes: true\", so that it "
     "is never taken back"},
    {"  late: {after: 30d, from: ordered, to: failed}",
     "  late: {schedule: every 10m, after: 30d, from: ordered, to: failed}",
     "shop.yaml:42:20: \"schedule\" stands alone: \"at\", \"after\" and \"before\" cannot be "
     "given"},
    {"  late: {after: 30d, from: ordered, to: failed}",
     "  late: {at: note, after: 30d, before: 1d, from: ordered, to: failed}",
     "shop.yaml:42:14: \"at\" names field \"note\", which must be of kind time or "
     "date\nshop.yaml:42:40: \"after\" and \"before\" cannot both be given"},
    {"  late: {after: 30d, from: ordered, to: failed}",
     "  late: {after: 30d, from: ordered, to: failed, who: client}",
     "shop.yaml:42:49: timer \"late\": a timer has no \"who\"; there may be after, before, at, "
     "schedule, in, else, from, from_any, to, when, sets, tells, ru, en"},
    {"  late: {after: 30d, from: ordered, to: failed}",
     "  pay: {after: 30d, from: ordered, to: failed}",
     "shop.yaml:42:3: there is a transition \"pay\" in line 23 already; \"pay\" needs another "
     "name"},
};

static struct text put_fault(struct arena *arena, const struct fault *fault)
{
    const char *place = strstr(good, fault->from);
    CHECK(place != NULL && strstr(place + 1, fault->from) == NULL);
    return text_format(arena, "%.*s%s%s", (int)(place - good), good, fault->to,
                       place + strlen(fault->from));
}

static struct text say(struct arena *arena, struct text yaml)
{
    const struct workflow *workflow = NULL;
    const struct complaints *complaints = NULL;
    enum status status = definition_read(arena, TEXT("shop.yaml"), yaml, &workflow, &complaints);
    CHECK((status == STATUS_OK) == (workflow != NULL));
    CHECK((status == STATUS_OK) == (complaints->total == 0));
    return complaints_text(complaints);
}

static void begins_good(void)
{
    struct arena *arena = arena_create("faults", DEFINITION_ARENA_BYTES * 2);
    CHECK_TEXT(say(arena, text_of(good)), "");
    arena_destroy(&arena);
}

static void says_each_fault(void)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct arena *arena = arena_create("faults", DEFINITION_ARENA_BYTES * 2);
        printf("# fault %zu\n", i);
        CHECK_TEXT(say(arena, put_fault(arena, &faults[i])), faults[i].said);
        arena_destroy(&arena);
    }
}

/* Five at once, each told, in the order of the file. */
static void says_all_faults(void)
{
    struct arena *arena = arena_create("faults", DEFINITION_ARENA_BYTES * 2);
    struct text said = say(arena, TEXT("workflow: shop\n"
                                       "version: 0\n"
                                       "fields:\n"
                                       "  note: {kind: txt}\n"
                                       "places:\n"
                                       "  open: {end: maybe}\n"
                                       "  done: {end: true}\n"
                                       "operations:\n"
                                       "  order: {who: client, from: start, to: opn}\n"
                                       "  close: {who: client, from: open, too: done}\n"));
    CHECK_TEXT(
        said,
        "shop.yaml:2:10: \"version\" is \"0\", but must be a whole number from 1 to 1000000\n"
        "shop.yaml:4:16: field \"note\": \"kind\" is \"txt\", but must be one of text, choice, "
        "email, phone, integer, money, flag, id, date, time, texts, object, files; did you mean "
        "\"text\"?\n"
        "shop.yaml:6:15: place \"open\": \"end\" is \"maybe\", but must be true or false\n"
        "shop.yaml:9:16: there is no participant \"client\"\n"
        "shop.yaml:9:41: there is no place \"opn\"; did you mean \"open\"?\n"
        "shop.yaml:10:3: \"close\" needs \"to\": the place it leads to\n"
        "shop.yaml:10:16: there is no participant \"client\"\n"
        "shop.yaml:10:36: operation \"close\": an operation has no \"too\"; did you mean "
        "\"to\"?");
    arena_destroy(&arena);
}

static void says_fifty_and_counts_the_rest(void)
{
    struct arena *arena = arena_create("faults", DEFINITION_ARENA_BYTES * 2);
    struct text yaml = TEXT("places: {done: {end: true}}\n");
    for (int i = 0; i < 100; i++) {
        yaml = text_format(arena, "%.*sunknown_%d: 1\n", TEXT_ARGS(yaml), i);
    }
    struct text said = say(arena, yaml);
    const char *end = "\nshop.yaml: and 53 more";
    CHECK(text_equals(text_slice(said, said.bytes - strlen(end), said.bytes), text_of(end)));
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"begins_good", begins_good, 0},
    {"says_each_fault", says_each_fault, 0},
    {"says_all_faults", says_all_faults, 0},
    {"says_fifty_and_counts_the_rest", says_fifty_and_counts_the_rest, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
