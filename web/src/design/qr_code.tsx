// qr_code.tsx - a QR code to be read off the screen: dark on white, by day and by night.
import { qrOf } from './qr';

const QUIET = 4; // light modules around it, without which readers do not find it

export function QrCode({ text, name }: { text: string; name: string }) {
  const modules = qrOf(text);
  if (!modules) return null;
  const size = modules.length + 2 * QUIET;
  const path = modules.flatMap((row, down) => row.map((isDark, right) => (isDark ? `M${right + QUIET} ${down + QUIET}h1v1h-1z` : ''))).join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={name} shape-rendering="crispEdges">
      <path class="paper" d={`M0 0h${size}v${size}h-${size}z`} /><path class="ink" d={path} />
    </svg>
  );
}
