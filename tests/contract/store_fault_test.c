/* store_fault_test.c - the faulty store keeps the contract while it has nothing to fail. */
#include "store/sqlite.h"
#include "store/store_fault.h"
#include "tests/lib/check.h"
#include "tests/lib/store_contract.h"

/* A source whose stores are all wrapped. */
struct wrapping_source {
    struct store_source source; /* must be first */
    struct store_source *inner;
    struct store_fault fault;
};

static enum status open_wrapped(struct store_source *source, enum store_access access,
                                struct store **store_out)
{
    struct wrapping_source *self = (struct wrapping_source *)(void *)source;
    struct store *inner = NULL;
    enum status status = self->inner->open(self->inner, access, &inner);
    if (status == STATUS_OK) {
        *store_out = store_fault_create(inner, &self->fault);
    }
    return status;
}

static void destroy_wrapping(struct store_source *source)
{
    struct wrapping_source *self = (struct wrapping_source *)(void *)source;
    self->inner->destroy(self->inner);
    memory_free(self);
}

static struct store_source *open_source(const char *schema)
{
    struct text error = NO_TEXT;
    struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    struct wrapping_source *self = memory_take(sizeof *self);
    CHECK_STATUS(sqlite_source(&options, &self->inner, &error), STATUS_OK);
    self->source = (struct store_source){
        .open = open_wrapped,
        .destroy = destroy_wrapping,
        .schema = self->inner->schema,
    };
    return &self->source;
}

int main(int argc, char **argv)
{
    return store_contract_main(argc, argv, open_source);
}
