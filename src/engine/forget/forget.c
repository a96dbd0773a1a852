/* forget.c - a case goes for good. */
#include "engine/forget/forget.h"

#include "base/fault.h"
#include "engine/files/file_store.h"
#include "engine/forget/forget_store.h"
#include "engine/run/case_store.h"
#include "engine/run/case_tell.h"

static enum status forget_engine_rows(struct call *call, const struct case_record *record)
{
    struct store *store = call->store;
    enum status status = case_find_never(store, call->arena, record);
    FAULT_POINT("case_found_never");
    status = status == STATUS_OK ? forget_rows_beside(store, record->id) : status;
    FAULT_POINT("case_rows_gone");
    if (status == STATUS_OK) {
        status = file_forget_all(store, call->arena, record->id);
    }
    FAULT_POINT("case_files_gone");
    return status == STATUS_OK ? timer_clear_all(call, catalog_of(call)->case_timer,
                                                 id_text(call->arena, record->id))
                               : status;
}

/* The service looks at the case as it was, so it comes first. */
enum status case_forget(struct call *call, struct case_record *record)
{
    const struct case_work *cases = call->service->cases;
    enum status status = cases->forgets != NULL ? cases->forgets(call, record->id) : STATUS_OK;
    FAULT_POINT("case_forgotten_beside");
    status = status == STATUS_OK ? forget_case_row(call->store, record) : status;
    FAULT_POINT("case_row_gone");
    status = status == STATUS_OK ? forget_engine_rows(call, record) : status;
    status = status == STATUS_OK ? case_tell_forgotten(call, record) : status;
    FAULT_POINT("case_forgotten_told");
    return status;
}
