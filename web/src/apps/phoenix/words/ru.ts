// ru.ts - что говорят экраны подключения, по-русски. Ключи те же, что в en.ts.
import type { Forms } from '../../../app/words';
import type { en } from './en';

export const ru: Record<keyof typeof en, string | Forms> = {
  way: 'Подключение', request: 'Моя заявка', request_title: 'Ваша заявка', queue: 'Очередь', start: 'Начать за клиента', funnel: 'Воронка',
  // клиент
  welcome_title: 'Станьте нашим клиентом', welcome_about: 'Четыре короткие страницы, минут пять. Потом их посмотрят модераторы, и всё подключится само.',
  need_company: 'ИНН и ОГРН компании', need_bank: 'БИК и расчётный счёт', need_contact: 'Кому нам звонить и писать',
  welcome_saved: 'Всё, что вы пишете, сохраняется сразу: можно остановиться когда угодно и продолжить с другого устройства.', begin: 'Начать', begin_again: 'Начать заново',
  steps: 'Страницы', step_of: 'Страница {step} из {steps} · {name}', short_company: 'Компания', short_bank: 'Банк', short_contact: 'Контакты', short_check: 'Отправка', step_company: 'Компания', step_bank: 'Банк', step_contact: 'Контакты', step_check: 'Проверить и отправить',
  about_company: 'Как в регистрационных документах.', about_bank: 'Куда и откуда пойдут деньги.',
  about_contact: 'Кто ответит, если у нас появится вопрос.', about_check: 'Посмотрите ещё раз. После отправки исправить можно будет, только если модератор вернёт заявку.',
  hint_inn: '10 цифр у компании, 12 у предпринимателя.', hint_ogrn: '13 цифр у компании, 15 у предпринимателя.', hint_address: 'С индексом, улицей и домом.',
  hint_bic: '9 цифр, первые две - 04.', hint_account: '20 цифр.',
  next: 'Дальше', back: 'Назад', send: 'Отправить на проверку', sent_toast: 'Отправлено. Мы расскажем, что решили.', correct: 'Исправить', correct_what: 'Исправить: {what}',
  saving: 'Сохраняем…', saved: 'Сохранено {when}', saved_here: 'Всё сохранено', saved_later: 'Пока не сохранено, пробуем снова', saved_but: 'Сохранено, кроме: {names}',
  wrong_elsewhere: 'На другой странице ещё не всё верно: {names}.',
  changed_elsewhere: 'Это изменили в другом месте', changed_elsewhere_about: 'На другом устройстве или кто-то из наших. Посмотрите, прежде чем продолжить.', understood: 'Вижу',
  returned_title: 'Модераторы просят исправить',
  moderation_title: 'У наших модераторов', moderation_about: 'От вас ничего не нужно. Страница обновится сама, и мы напишем вам письмо.',
  provisioning_title: 'Подключаем вас', provisioning_about: 'Заявка одобрена. Обычно это меньше минуты; страницу можно закрыть.',
  since: 'с {when}, {ago}', ended: '{when}', what_was_sent: 'Что вы отправили',
  completed_title: 'Вы подключены', completed_about: '{company} теперь наш клиент. Добро пожаловать!', client_number: 'Номер клиента:',
  rejected_title: 'Мы не можем вас подключить', rejected_about: 'Так решили модераторы. Напишите в поддержку, если хотите узнать больше.',
  abandoned_title: 'Заявка закончилась', abandoned_about: 'Её отменили, или месяц в ней ничего не происходило. Можно начать заново.',
  no_customer_title: 'Эта страница для клиентов', no_customer: 'Вы не участвуете в подключении как клиент.',
  rate_title: 'Как вам наша поддержка?', rate_about: 'Те, кто вам помогает, ответа не увидят.', rated: 'Спасибо.',
  stars: { one: '{count} звезда', few: '{count} звезды', many: '{count} звёзд', other: '{count} звёзд' }, whole_history: 'Всё, что происходило', cancel_request: 'Отменить заявку',
  under_a_minute: 'меньше минуты',
};
