import { captureAll } from '../captures';
import type { CaptureTag } from '../loader';

(document.currentScript as CaptureTag | null)?.use?.(captureAll);
