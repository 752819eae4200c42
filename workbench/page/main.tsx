import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startWorkers } from './workers.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
startWorkers();
createRoot(root).render(<App />);
