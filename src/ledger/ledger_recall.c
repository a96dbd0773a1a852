/* ledger_recall.c - the accounts as this connection has seen or left them under the book. */
#include "ledger/ledger_recall.h"

#include "base/fault.h"

#include <string.h>

enum {
    SETS = 8192, /* a power of two */
    WAYS = 4,    /* accounts of a set; the fifth takes the place of one of them */
    CURRENCY_BYTES = 4,
    DOUBTS = 64, /* so many are asked for before one is believed to be new again */
};

struct recalled {
    unsigned long epoch; /* the recall's, or it is forgotten */
    struct ledger_account account;
    char currency[CURRENCY_BYTES];
    char code[LEDGER_CODE_BYTES_MAX];
};

struct recall {
    unsigned long epoch;
    unsigned long losses; /* the store's, when all this was right */
    struct id stamp;
    int64_t closed_before;
    bool is_stamped; /* in this transaction */
    unsigned doubts;
    unsigned turn; /* whose place is taken next */
    struct recalled sets[SETS][WAYS];
};

static const char name[] = "ledger recall"; /* its address is */

struct recall *recall_of(struct store *store)
{
    struct recall *recall = store_keep(store, name, sizeof *recall);
    if (recall->epoch == 0) {
        recall->epoch = 1;
        recall->doubts = DOUBTS; /* who has just begun hears what the one before him has done */
    }
    return recall;
}

void recall_enter(struct recall *recall, const struct store *store, struct id stamp,
                  int64_t closed_before)
{
    bool is_lost = recall->losses != store->losses && !SEEDED_BUG("ledger_heeds_no_loss");
    bool is_ours = id_equals(recall->stamp, stamp) || SEEDED_BUG("ledger_heeds_no_stamp");
    if (is_lost) {
        recall_doubt(recall);
    }
    if (is_lost || !is_ours || id_is_none(stamp)) {
        recall->epoch++;
    }
    recall->losses = store->losses;
    recall->stamp = stamp;
    recall->closed_before = closed_before;
    recall->is_stamped = false;
}

struct id recall_stamp(struct recall *recall)
{
    if (recall->is_stamped) {
        return (struct id){0};
    }
    recall->is_stamped = true;
    recall->stamp = id_new();
    return recall->stamp;
}

int64_t recall_closed_before(const struct recall *recall)
{
    return recall->closed_before;
}

void recall_close(struct recall *recall, int64_t closed_before)
{
    MUST(recall->is_stamped && closed_before > recall->closed_before);
    recall->closed_before = closed_before;
}

/* ---- accounts ---- */

/* Ids may differ in any few of their bits. */
static uint64_t mix(uint64_t number)
{
    number = (number ^ number >> 32) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ number >> 29) * UINT64_C(0x94d049bb133111eb);
    return number ^ number >> 32;
}

static size_t set_of(struct id id)
{
    uint64_t halves[2];
    memcpy(halves, id.bytes, sizeof halves);
    return (size_t)(mix(halves[0] ^ mix(halves[1])) % SETS);
}

static bool is_of(const struct recall *recall, const struct recalled *recalled, struct id id)
{
    return recalled->epoch == recall->epoch && id_equals(recalled->account.id, id);
}

bool recall_find(const struct recall *recall, struct arena *arena, struct id id,
                 struct ledger_account *account_out)
{
    const struct recalled *set = recall->sets[set_of(id)];
    for (size_t i = 0; i < WAYS; i++) {
        if (is_of(recall, &set[i], id)) {
            *account_out = set[i].account;
            account_out->currency = text_copy(arena, set[i].account.currency);
            account_out->code = text_copy(arena, set[i].account.code);
            return true;
        }
    }
    return false;
}

/* Its own, or one that is free, or in turn one of another. */
static struct recalled *place_for(struct recall *recall, struct id id)
{
    struct recalled *set = recall->sets[set_of(id)];
    struct recalled *place = &set[recall->turn++ % WAYS];
    for (size_t i = 0; i < WAYS; i++) {
        if (is_of(recall, &set[i], id)) {
            return &set[i];
        }
        place = set[i].epoch == recall->epoch ? place : &set[i];
    }
    return place;
}

static struct text keep_text(char *place, struct text text)
{
    memcpy(place, text.data, text.bytes);
    return (struct text){place, text.bytes};
}

void recall_keep(struct recall *recall, const struct ledger_account *account)
{
    MUST(!id_is_none(account->id));
    struct recalled *place = place_for(recall, account->id);
    place->epoch = 0;
    if (account->currency.bytes > CURRENCY_BYTES || account->code.bytes > LEDGER_CODE_BYTES_MAX) {
        return; /* nobody here has written that */
    }
    place->epoch = recall->epoch;
    place->account = *account;
    place->account.currency = keep_text(place->currency, account->currency);
    place->account.code = keep_text(place->code, account->code);
}

/* ---- is it new? ---- */

bool recall_trusts(struct recall *recall)
{
    if (recall->doubts == 0) {
        return true;
    }
    recall->doubts--;
    return false;
}

void recall_doubt(struct recall *recall)
{
    recall->doubts = DOUBTS;
}
