import { watchVitals } from '../capture/vitals';
import type { CaptureTag } from '../loader';

(document.currentScript as CaptureTag | null)?.use?.(watchVitals);
