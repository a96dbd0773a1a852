/* api_versions.c - which versions of which business cases this process serves, and of which new
 * processes may begin.
 *
 * A gateway routes by the list. Whoever goes back from a new version forbids it: what runs goes on,
 * new processes are of the newest that is allowed, and who asks for the forbidden one by number is
 * told so. Refused: businessCaseNotFoundError, businessCaseApiNotFoundError.
 */
#include "apps/casework/casework_parts.h"
#include "apps/casework/casework_store.h"
#include "engine/recipe.h"

#define AT(member) .offset = offsetof(struct api_version, member)
static const struct field version_fields[] = {
    {.name = "businessCaseName", .kind = FIELD_TEXT, AT(name)},
    {.name = "apiV", .kind = FIELD_INTEGER, AT(api)},
    {
        .name = "isAllowed",
        .kind = FIELD_FLAG,
        AT(is_allowed),
        .meaning = "New processes may begin",
    },
    {
        .name = "isNewest",
        .kind = FIELD_FLAG,
        AT(is_newest),
        .meaning = "New processes are of it when nobody says which, if it is allowed",
    },
};
#undef AT
const struct shape api_version_shape = {
    .name = "ApiVersion",
    .fields = version_fields,
    .field_count = COUNT_OF(version_fields),
    .bytes = sizeof(struct api_version),
    .has_foreign_names = true,
};

#define AT(member) .offset = offsetof(struct api_input, member)
static const struct field input_fields[] = {
    {
        .name = "businessCaseName",
        .kind = FIELD_TEXT,
        AT(name),
        .place = FIELD_IN_PATH,
        .required = true,
        .bytes_max = BUSINESS_CASE_NAME_BYTES_MAX,
    },
    {
        .name = "apiV",
        .kind = FIELD_INTEGER,
        AT(api),
        .place = FIELD_IN_PATH,
        .required = true,
        .minimum = 1,
        .maximum = INT32_MAX,
    },
    {.name = "isAllowed", .kind = FIELD_FLAG, AT(is_allowed), .required = true},
};
#undef AT
const struct shape api_takes = {
    .name = "AllowApi",
    .fields = input_fields,
    .field_count = COUNT_OF(input_fields),
    .bytes = sizeof(struct api_input),
    .has_foreign_names = true,
};

const struct refusal *const api_refusals[] = {&business_case_not_found,
                                              &business_case_api_not_found};

static enum status describe(struct call *call, const struct recipe *recipe,
                            struct api_version *version_out)
{
    const struct workflow *workflow = recipe->workflow;
    *version_out = (struct api_version){
        .name = workflow->name, .api = workflow->version, .is_newest = recipe->is_newest};
    enum status status = api_rule_find(call->store, call->arena, workflow->name, workflow->version,
                                       &version_out->is_allowed);
    version_out->is_allowed = version_out->is_allowed && !recipe->is_kept;
    return status;
}

enum status api_list_handle(struct call *call)
{
    const struct catalog *catalog = catalog_of(call);
    struct api_version *items =
        ARENA_ARRAY(call->arena, struct api_version, catalog->recipe_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < catalog->recipe_count; i++) {
        if (text_is_given(catalog->recipes[i]->held_up)) {
            continue; /* it is known, and not served */
        }
        enum status status = describe(call, catalog->recipes[i], &items[count++]);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return answer_list(call, &(struct list){.items = items, .count = count, .total = FIELD_NONE});
}

enum status api_allow_handle(struct call *call)
{
    const struct api_input *input = call->input;
    const struct catalog *catalog = catalog_of(call);
    const struct recipe *recipe = catalog_find(catalog, input->name, input->api);
    if (recipe == NULL) {
        bool is_known = catalog_find(catalog, input->name, 0) != NULL;
        return casework_refuse(
            call, is_known ? &business_case_api_not_found : &business_case_not_found, NO_TEXT);
    }
    enum status status =
        api_rule_put(call->store, &(struct api_rule){.workflow = input->name,
                                                     .version = input->api,
                                                     .is_allowed = input->is_allowed,
                                                     .changed_at = call->now_ms});
    struct api_version version;
    status = status == STATUS_OK ? describe(call, recipe, &version) : status;
    return status == STATUS_OK ? answer(call, &version) : status;
}
