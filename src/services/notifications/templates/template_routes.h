/* template_routes.h - templates listed, made, changed, tried out; notifications.c routes. */
#ifndef SERVICES_NOTIFICATIONS_TEMPLATES_TEMPLATE_ROUTES_H
#define SERVICES_NOTIFICATIONS_TEMPLATES_TEMPLATE_ROUTES_H

#include "services/notifications/templates/template.h"

enum status template_list_handle(struct call *call);
enum status template_get_handle(struct call *call);
enum status template_create_handle(struct call *call);
enum status template_change_handle(struct call *call);
enum status template_delete_handle(struct call *call);
enum status template_preview_handle(struct call *call);
enum status template_define_handle(struct call *call); /* notifications.define */

extern const struct shape template_list_takes;
extern const struct shape template_id_takes;
extern const struct shape template_create_takes;
extern const struct shape template_change_takes;
extern const struct shape template_preview_takes;
extern const struct shape template_rendered_shape;

#endif
