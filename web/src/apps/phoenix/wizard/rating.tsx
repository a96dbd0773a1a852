// rating.tsx - what the customer thinks of the support, one to five; the support never sees it.
import { useState } from 'preact/hooks';
import { flow, Offer } from '../../../app/flow';
import { asProblem } from '../../../app/load';
import { tellProblem } from '../../../app/troubles';
import { toast } from '../../../design/toast';
import { untilDone } from '../../../pages/case/operate';
import { CUSTOMER } from '../door';
import { tell } from '../words';

const STARS = [1, 2, 3, 4, 5];
const STAR = 'M12 3l2.7 5.9 6.3.7-4.7 4.3 1.3 6.3L12 17l-5.6 3.2 1.3-6.3L3 9.6l6.3-.7z';

export function Rating({ offer, given, again }: { offer: Offer; given: number; again: () => Promise<void> }) {
  const [isBusy, setBusy] = useState(false);
  const rate = async (stars: number) => {
    if (isBusy) return;
    setBusy(true);
    try {
      await untilDone(CUSTOMER, await flow.operate(CUSTOMER, offer, { support_rating: stars }));
      toast(tell('rated'));
    } catch (error) {
      const { title, advice } = tellProblem(asProblem(error));
      toast(advice ?? title);
    }
    await again();
    setBusy(false);
  };
  return (
    <section class="card wizard rating" aria-label={tell('rate_title')}>
      <div class="grow"><h2>{tell('rate_title')}</h2><p class="small muted">{tell('rate_about')}</p></div>
      <div class="stars" role="group" aria-label={tell('rate_title')}>
        {STARS.map((stars) => (
          <button key={stars} type="button" aria-pressed={given === stars} class={stars <= given ? 'lit' : undefined} disabled={isBusy}
            aria-label={tell('stars', { count: stars })} onClick={() => void rate(stars)}>
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d={STAR} /></svg>
          </button>
        ))}
      </div>
    </section>
  );
}
