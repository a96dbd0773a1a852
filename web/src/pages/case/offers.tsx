// offers.tsx - what can be done with a case: buttons, and for the others why not.
import { Offer } from '../../app/flow';
import { knows, label, language, say } from '../../app/words';
import { Button } from '../../design/button';

export function reasonText(offer: Offer): string | null {
  const reason = offer.disable_reason;
  if (!reason) return null;
  const because = reason.details?.because?.[language()];
  const key = `why_${reason.code}`;
  return because ?? (knows(key) ? say(key) : reason.message);
}

export function Offers({ offers, onChoose }: { offers: Offer[]; onChoose: (offer: Offer) => void }) {
  const able = offers.filter(({ token }) => token);
  const first = offers.find(({ disable_reason }) => disable_reason?.code !== 'wrong_stage');
  const unable = offers.filter(({ token, disable_reason }) => !token && disable_reason?.code !== 'wrong_stage');
  return (
    <div class="offers">
      {able.length > 0 && (
        <div class="buttons">
          {able.map((offer) => (
            <Button key={offer.operation} kind={offer === first ? 'main' : undefined} onPress={() => onChoose(offer)}>{label(offer.label, offer.operation)}</Button>
          ))}
        </div>
      )}
      {unable.length > 0 && (
        <ul class="not-now">
          {unable.map((offer) => (
            <li key={offer.operation}>
              <Button disabledBy={reasonText(offer) ?? ''}>{label(offer.label, offer.operation)}</Button>
              <span class="small muted grow">{reasonText(offer)}</span>
            </li>
          ))}
        </ul>
      )}
      {able.length === 0 && unable.length === 0 && <p class="muted">{say('nothing_to_do')}</p>}
    </div>
  );
}
