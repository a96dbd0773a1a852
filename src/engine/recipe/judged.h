/* judged.h - everything that can be found out about a workflow file before anything runs.
 *
 * Words and names (definition/), expressions (condition/), the net (soundness/), and, when it is
 * known which service it is for, its functions, commands and events. `kontora check` shows it;
 * recipe_make keeps what is good.
 */
#ifndef ENGINE_RECIPE_JUDGED_H
#define ENGINE_RECIPE_JUDGED_H

#include "engine/definition/complaints.h"
#include "engine/recipe.h"
#include "engine/soundness/soundness.h"
#include "engine/workflow_net.h"

struct judged {
    const struct complaints *complaints; /* by line and column */
    const struct workflow *workflow;     /* NULL: the complaints say why */
    const struct workflow_net *made;     /* NULL: there is no workflow */
    struct soundness soundness;
    struct recipe *recipe; /* NULL: there is no workflow. What is complained of is NULL in it */
};

/* True: nothing is wrong. Everything lives as long as the arena, in memory of its own. */
bool recipe_judge(struct arena *arena, const struct recipe_source *source,
                  struct judged *judged_out);

bool judged_is_fine(const struct judged *judged);

/* Where in the file the fault is; line 0: in no one place. */
struct spot judged_spot(const struct judged *judged, const struct unsound *fault);

/* A line for everything that is wrong: first the complaints, then why it is not sound. */
struct text judged_text(struct arena *arena, const struct judged *judged);

#endif
