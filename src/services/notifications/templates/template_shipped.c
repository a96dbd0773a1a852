/* template_shipped.c - the words that come with the program, in Russian and in English. */
#include "services/notifications/templates/template.h"

#define SHIPPED(key_, locale_, subject_, body_, secret_, urgent_)                                  \
    {                                                                                              \
        .key = {key_, sizeof(key_) - 1}, .channel = {"email", 5},                                  \
        .locale = {locale_, sizeof(locale_) - 1}, .subject = {subject_, sizeof(subject_) - 1},     \
        .body = {body_, sizeof(body_) - 1}, .status = {"active", 6}, .is_secret = (secret_),       \
        .is_urgent = (urgent_), .origin = {"shipped", 7}, .revision = 1,                           \
    }

const struct template templates_shipped[] = {
    SHIPPED("iam.login_code", "ru", "Код для входа: {{code}}",
            "Здравствуйте!\n\n"
            "Ваш код для входа: {{code}}\n\n"
            "Он действует {{minutes}} мин. и подходит один раз. Никому его не говорите.\n"
            "Если вы не входили, просто удалите это письмо: без кода никто не войдёт.\n",
            true, true),
    SHIPPED("iam.login_code", "en", "Your sign-in code: {{code}}",
            "Hello,\n\n"
            "your sign-in code is: {{code}}\n\n"
            "It is good for {{minutes}} minutes, once. Tell it to nobody.\n"
            "If it was not you, delete this letter: nobody comes in without the code.\n",
            true, true),
    SHIPPED("iam.invite", "ru", "Вас приглашают: {{organisation}}",
            "Здравствуйте!\n\n"
            "{{invited_by}} приглашает вас в «{{organisation}}».\n\n"
            "Чтобы войти, откройте: {{link}}\n\n"
            "Ссылка действует {{days}} дн. и подходит один раз.\n",
            true, true),
    SHIPPED("iam.invite", "en", "You are invited to {{organisation}}",
            "Hello,\n\n"
            "{{invited_by}} invites you to {{organisation}}.\n\n"
            "To come in, open: {{link}}\n\n"
            "The link is good for {{days}} days, once.\n",
            true, true),
    SHIPPED("iam.new_device", "ru", "Вход с нового устройства",
            "Здравствуйте!\n\n"
            "В вашу учётную запись вошли с нового устройства: {{device}}\n"
            "Когда: {{time}}\n"
            "Адрес: {{address}}\n\n"
            "Если это были не вы, завершите этот сеанс в профиле и сообщите администратору.\n",
            false, true),
    SHIPPED("iam.new_device", "en", "Sign-in from a new device",
            "Hello,\n\n"
            "somebody signed in to your account from a new device: {{device}}\n"
            "When: {{time}}\n"
            "Address: {{address}}\n\n"
            "If it was not you, end that session in your profile and tell your administrator.\n",
            false, true),
    SHIPPED("iam.password_reset", "ru", "Новый пароль",
            "Здравствуйте!\n\n"
            "Чтобы задать новый пароль, откройте: {{link}}\n\n"
            "Ссылка действует {{minutes}} мин. и подходит один раз.\n"
            "Если вы этого не просили, просто удалите это письмо.\n",
            true, true),
    SHIPPED("iam.password_reset", "en", "A new password",
            "Hello,\n\n"
            "to choose a new password, open: {{link}}\n\n"
            "The link is good for {{minutes}} minutes, once.\n"
            "If you did not ask for it, delete this letter.\n",
            true, true),
    SHIPPED("accounts.payout", "ru", "Выплата за {{day}}: {{amount}} {{currency}}",
            "Здравствуйте!\n\n"
            "За {{day}} вам выплачено: {{amount}} {{currency}}\n",
            false, true),
    SHIPPED("accounts.payout", "en", "Paid for {{day}}: {{amount}} {{currency}}",
            "Hello,\n\n"
            "for {{day}} you were paid {{amount}} {{currency}}.\n",
            false, true),
    SHIPPED("board.task_assigned", "ru", "Вам выпала задача: {{title}}",
            "Здравствуйте!\n\n"
            "Вам выпала задача «{{title}}».\n"
            "За неё списано {{fee}} {{currency}}; когда она будет сделана, вы получите "
            "{{reward}} {{currency}}.\n",
            false, false),
    SHIPPED("board.task_assigned", "en", "A task for you: {{title}}",
            "Hello,\n\n"
            "the task \"{{title}}\" has fallen on you.\n"
            "It cost you {{fee}} {{currency}}; when it is done you get {{reward}} "
            "{{currency}}.\n",
            false, false),
    SHIPPED("board.tasks_shuffled", "ru", "Задачи перемешаны, вам выпало: {{count}}",
            "Здравствуйте!\n\n"
            "Открытые задачи перемешаны. Вам выпало задач: {{count}}\n",
            false, false),
    SHIPPED("board.tasks_shuffled", "en", "After the shuffle: {{count}} for you",
            "Hello,\n\n"
            "all open tasks have fallen anew. On you have fallen: {{count}}\n",
            false, false),
    SHIPPED("notifications.digest", "ru", "Новых сообщений: {{count}}",
            "Здравствуйте!\n\n"
            "За день накопилось сообщений: {{count}}\n\n{{lines}}\n",
            false, true),
    SHIPPED("notifications.digest", "en", "{{count}} new messages",
            "Hello,\n\n"
            "this has come together since yesterday ({{count}}):\n\n{{lines}}\n",
            false, true),
    SHIPPED("notifications.test", "ru", "Проверка почты",
            "Это письмо отправил Kontora: почта настроена верно.\n", false, true),
    SHIPPED("notifications.test", "en", "A test letter",
            "Kontora has sent this letter: mail is set up right.\n", false, true),
};
const size_t templates_shipped_count = COUNT_OF(templates_shipped);
