export {
  cancelSubject,
  flowSubject,
  recordedSubject,
  sendSubject,
  type Accepted,
  type AnswerEnd,
  type AnswerHead,
  type Dispatch,
  type DispatchTls,
  type KeptAnswer,
  type Pull,
  type Receipt,
  type ToldLimit,
} from './dispatch.js';
export {
  probeStages,
  type Probe,
  type Probed,
  type ProbedCredential,
  type ProbeStage,
  type StageTime,
} from './probe.js';
