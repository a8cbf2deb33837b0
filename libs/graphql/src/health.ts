import { Router } from 'express';

/** GET /health/live answers while the process lives; GET /health/ready says 503 with what is waited for. */
export function healthRoutes(waitingFor: () => string[]): Router {
  const router = Router();
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/health/ready', (_request, response) => {
    const missing = waitingFor();
    if (missing.length === 0) response.json({ status: 'ok' });
    else response.status(503).json({ status: 'unavailable', waitingFor: missing });
  });
  return router;
}
