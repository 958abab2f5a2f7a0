export {
  cancelSubject,
  flowSubject,
  sendSubject,
  type Accepted,
  type AnswerEnd,
  type AnswerHead,
  type Dispatch,
  type DispatchTls,
  type KeptAnswer,
  type Pull,
  type Receipt,
} from './dispatch.js';
