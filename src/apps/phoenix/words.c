/* words.c - the words, and that they are told once. */
#include "apps/phoenix/words.h"

#include "apps/phoenix/request_notice.h"

/* One greater whenever a word changes. */
enum { WORDING = 2 };

/* ---- the words ---- */

struct words {
    struct text key;
    struct text channel;
    struct text locale;
    struct text subject;
    struct text body;
};

#define AT(member) .offset = offsetof(struct words, member), .required = true
static const struct field words_fields[] = {
    {.name = "key", .kind = FIELD_TEXT, AT(key), .bytes_max = 100},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel), .bytes_max = 16},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = 8},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject), .bytes_max = 300},
    {.name = "body", .kind = FIELD_TEXT, AT(body), .bytes_max = 2000},
};
#undef AT
const struct shape words_shape = {
    .name = "PhoenixWords",
    .fields = words_fields,
    .field_count = COUNT_OF(words_fields),
    .bytes = sizeof(struct words),
};

#define WORDS(key_, channel_, locale_, subject_, body_)                                            \
    {                                                                                              \
        .key = {key_, sizeof(key_) - 1}, .channel = {channel_, sizeof(channel_) - 1},              \
        .locale = {locale_, sizeof(locale_) - 1}, .subject = {subject_, sizeof(subject_) - 1},     \
        .body = {                                                                                  \
            body_,                                                                                 \
            sizeof(body_) - 1                                                                      \
        }                                                                                          \
    }
/* A letter begins with a greeting; in the inbox everybody knows who he is. */
#define RUSSIAN(key_, subject_, body_)                                                             \
    WORDS(key_, "inbox", "ru", subject_, body_),                                                   \
        WORDS(key_, "email", "ru", subject_, "Здравствуйте!\n\n" body_ "\n")
#define ENGLISH(key_, subject_, body_)                                                             \
    WORDS(key_, "inbox", "en", subject_, body_),                                                   \
        WORDS(key_, "email", "en", subject_, "Hello,\n\n" body_ "\n")

static const struct words all[] = {
    WORDS("phoenix.submitted", "inbox", "ru", "На проверку: {{company}}",
          "Заявка ждёт модератора.\n{{link}}"),
    WORDS("phoenix.submitted", "inbox", "en", "To be checked: {{company}}",
          "A request waits for a moderator.\n{{link}}"),
    RUSSIAN("phoenix.received", "Заявка отправлена на проверку",
            "Мы получили вашу заявку и скоро её посмотрим. Где она сейчас, видно по этой ссылке,"
            " и входить для этого не нужно:\n{{status}}\n\nЗаявка: {{link}}"),
    ENGLISH("phoenix.received", "Your request was sent for moderation",
            "We have received your request and will look at it soon. Where it stands is shown here,"
            " without signing in:\n{{status}}\n\nThe request: {{link}}"),
    RUSSIAN("phoenix.begun_for_customer", "Ваша заявка на подключение начата",
            "Мы начали заявку на подключение вашей компании. Продолжить её можно здесь:\n{{link}}"),
    ENGLISH("phoenix.begun_for_customer", "Your request to be connected was begun",
            "We have begun a request for your company. You can go on with it here:\n{{link}}"),
    RUSSIAN("phoenix.returned", "Заявку нужно исправить",
            "Модератор просит исправить:\n\n{{reason}}\n\nЗаявка: {{link}}"),
    ENGLISH("phoenix.returned", "Your request has to be corrected",
            "The moderator asks you to correct this:\n\n{{reason}}\n\nThe request: {{link}}"),
    RUSSIAN("phoenix.rejected", "В подключении отказано",
            "К сожалению, мы не можем подключить вашу компанию.\n\nЗаявка: {{link}}"),
    ENGLISH("phoenix.rejected", "Your request was rejected",
            "Unfortunately we cannot take your company in.\n\nThe request: {{link}}"),
    RUSSIAN("phoenix.rejected_because", "В подключении отказано",
            "К сожалению, мы не можем подключить вашу компанию:\n\n{{reason}}\n\nЗаявка: {{link}}"),
    ENGLISH("phoenix.rejected_because", "Your request was rejected",
            "Unfortunately we cannot take your company in:\n\n{{reason}}\n\nThe request: {{link}}"),
    RUSSIAN("phoenix.stalled", "Ваша заявка ждёт вас",
            "Вы начали заявку на подключение, но не закончили. Всё, что вы ввели, сохранено:"
            "\n{{link}}"),
    ENGLISH("phoenix.stalled", "Your request waits for you",
            "You have begun a request to be connected, and not finished it. All that you have"
            " entered was kept:\n{{link}}"),
    RUSSIAN("phoenix.abandoned", "Заявка закрыта",
            "Вы начали заявку на подключение и 30 дней к ней не возвращались, поэтому мы её"
            " закрыли. Начать новую можно в любой момент:\n{{link}}"),
    ENGLISH("phoenix.abandoned", "Your request was closed",
            "You have begun a request to be connected and not gone on with it for 30 days, so we"
            " have closed it. You can begin a new one at any time:\n{{link}}"),
    RUSSIAN("phoenix.cancelled", "Заявка отменена",
            "Заявка на подключение отменена. Начать новую можно в любой момент:\n{{link}}"),
    ENGLISH("phoenix.cancelled", "Your request was cancelled",
            "Your request to be connected was cancelled. You can begin a new one at any time:"
            "\n{{link}}"),
    RUSSIAN("phoenix.completed", "Добро пожаловать!",
            "Ваша компания подключена, можно начинать работу.\n{{link}}"),
    ENGLISH("phoenix.completed", "Welcome!", "Your company is connected; you can begin.\n{{link}}"),
};
#undef RUSSIAN
#undef ENGLISH
#undef WORDS

enum status words_ensure(struct call *call)
{
    enum status status = wording_find(call->store, call->arena, WORDING);
    if (status != STATUS_ABSENT) {
        return status;
    }
    status = wording_note(call->store, WORDING);
    for (size_t i = 0; i < COUNT_OF(all) && status == STATUS_OK; i++) {
        status =
            tell_to(call, &call->service->errands[ERRAND_DEFINE], TEXT("words"), &all[i], NULL);
    }
    return status;
}

enum status words_chore(struct chore_run *run)
{
    return words_ensure(run->call);
}
