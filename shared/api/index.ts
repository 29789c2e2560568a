import { getAnalytics } from './analytics.js';
import * as audit from './audit.js';
import * as subjects from './data-subjects.js';
import { getJob } from './jobs.js';
import { createKey, listKeys, revokeKey, rotateKey } from './keys.js';
import * as policies from './policy-endpoints.js';
import { getReceipt, listCountedCommits, listReceipts, postReceipts } from './receipts.js';
import * as reports from './reports.js';
import { previewRetention } from './retention.js';
import { getSettings, updateSettings } from './settings.js';
import * as teams from './teams.js';
import type { Endpoint } from './types.js';
import { acknowledgeViolation, listViolations } from './violations.js';
import * as webhooks from './webhooks.js';
import { whoami } from './whoami.js';

/** Every endpoint behind a key, in the order of the documentation. */
export const endpoints: Endpoint[] = [
  postReceipts,
  listReceipts,
  getReceipt,
  listCountedCommits,
  getAnalytics,
  policies.listPolicies,
  policies.createPolicy,
  policies.getPolicy,
  policies.updatePolicy,
  policies.deletePolicy,
  policies.evaluatePolicies,
  policies.simulatePolicy,
  policies.simulateCandidate,
  policies.getBundle,
  listViolations,
  acknowledgeViolation,
  teams.listTeams,
  teams.createTeam,
  teams.getTeam,
  teams.updateTeam,
  teams.setTeamMember,
  teams.endTeamMember,
  teams.assignTeamRepo,
  teams.unassignTeamRepo,
  teams.importTeamMembers,
  teams.detectTeam,
  listKeys,
  createKey,
  rotateKey,
  revokeKey,
  getSettings,
  updateSettings,
  audit.listAudit,
  audit.readAuditLog,
  audit.getCheckpoint,
  audit.getProof,
  webhooks.listWebhooks,
  webhooks.createWebhook,
  webhooks.updateWebhook,
  webhooks.deleteWebhook,
  webhooks.rotateWebhookSecret,
  webhooks.testWebhook,
  webhooks.listDeliveries,
  subjects.exportSubject,
  subjects.eraseSubject,
  subjects.listErasures,
  previewRetention,
  getJob,
  reports.getReport,
  reports.requestReport,
  reports.getReportJob,
  reports.listSchedules,
  reports.createSchedule,
  reports.deleteSchedule,
  whoami,
];
