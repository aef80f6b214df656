/**
 * The compiler's proof that the types of this package are those of the OpenAPI document.
 *
 * `types.ts` gives the wire names that read well and unions that a `switch` can exhaust; `generated/schema.ts` is made from
 * the server. Each line below fails to compile when the server sends something that our type does not allow.
 */
import type * as Schema from "./generated/schema";
import type * as Ours from "./types";

type Accepts<Sent, Expected> = [Sent] extends [Expected] ? true : { sent: Sent; expected: Expected };

export type Conforms = [
  Check<Accepts<Schema.Event, Ours.Event>>,
  Check<Accepts<Schema.WidgetConfig, Ours.WidgetConfig>>,
  Check<Accepts<Schema.OpenedSession, Ours.VisitorSession>>,
  Check<Accepts<Schema.PersonState, Ours.PersonState>>,
  Check<Accepts<Schema.Me, Ours.Me>>,
  Check<Accepts<Schema.Member, Ours.Member>>,
  Check<Accepts<Schema.SetupState, Ours.SetupState>>,
  Check<Accepts<Schema.Session, Ours.MemberSession>>,
  Check<Accepts<Schema.Invitation, Ours.Invitation>>,
  Check<Accepts<Schema.InvitationSubject, Ours.InvitationLookup>>,
  Check<Accepts<Schema.AgentSettings, Ours.AgentSettings>>,
  Check<Accepts<Schema.Agent, Ours.Agent>>,
  Check<Accepts<Schema.BlockedOrigin, Ours.BlockedOrigin>>,
  Check<Accepts<Schema.Source, Ours.Source>>,
  Check<Accepts<Schema.SourceDetail, Ours.SourceDetail>>,
  Check<Accepts<Schema.SourcePages, Ours.SourcePages>>,
  Check<Accepts<Schema.Passages, Ours.SourcePassages>>,
  Check<Accepts<Schema.AskAnswer, Ours.AskResponse>>,
  Check<Accepts<Schema.GoldenQuestions, Ours.GoldenQuestions>>,
  Check<Accepts<Schema.ImportedGoldenQuestions, Ours.ImportedGoldenQuestions>>,
  Check<Accepts<Schema.GoldenRun, Ours.GoldenRun>>,
  Check<Accepts<Schema.Trainings["trainings"], Ours.Training[]>>,
  Check<Accepts<Schema.TrainingDetails, Ours.TrainingDetails>>,
  Check<Accepts<Schema.Coverage, Ours.Coverage>>,
  Check<Accepts<Schema.ModelState, Ours.ModelState>>,
  Check<Accepts<Schema.ModelCheck, Ours.ModelCheck>>,
  Check<Accepts<Schema.ConversationSummary, Ours.ConversationSummary>>,
  Check<Accepts<Schema.InboxPage, Ours.Inbox>>,
  Check<Accepts<Schema.ThreadView["visitor"], Ours.ConversationDetail["visitor"]>>,
  Check<Accepts<Schema.Counts, Ours.Counts>>,
  Check<Accepts<Schema.Place, Ours.Place>>,
];

type Check<T extends true> = T;
