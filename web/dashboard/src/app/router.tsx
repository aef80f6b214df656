import type { InboxView, PageState } from "@baton/wire";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { InboxScreen } from "../screens/inbox/inbox-screen";
import { VIEWS } from "../store/places";
import { loads } from "../store/queries";
import { ApiError } from "../wire/http";
import { DeskLayout } from "./desk-layout";
import { AppFailed, LoadFailed, NoSuchPage } from "./failures";
import type { Services } from "./services";

const root = createRootRouteWithContext<{ services: Services }>()({
  component: Outlet,
  notFoundComponent: NoSuchPage,
  errorComponent: AppFailed,
});

const PAGE_STATES: readonly PageState[] = ["read", "failed", "skipped", "missing"];

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** A link inside this app, such as the one that was asked for before signing in; anything else is refused. */
export function safeReturn(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) && !path.startsWith("/sign-in") ? path : "/";
}

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("../screens/auth/setup"), "SetupScreen"),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string } => {
    const to = text(search.to);
    return to === undefined ? {} : { to };
  },
  component: lazyRouteComponent(() => import("../screens/auth/sign-in"), "SignInScreen"),
});
const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  component: lazyRouteComponent(() => import("../screens/auth/join"), "JoinScreen"),
});

/** Everything that needs a signed-in member. Who is not signed in comes back here afterwards. */
const desk = createRoute({
  getParentRoute: () => root,
  id: "desk",
  validateSearch: (search: Record<string, unknown>): { agent?: string } => {
    const agent = text(search.agent);
    return agent === undefined ? {} : { agent };
  },
  beforeLoad: async ({ context: { services }, location }) => {
    try {
      return { me: await services.queries.ensureQueryData(loads.me(services.api)) };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const { needs_setup } = await services.queries.fetchQuery(loads.setup(services.api));
      if (needs_setup) throw redirect({ to: "/setup" });
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href } });
    }
  },
  component: DeskLayout,
});

const home = createRoute({
  getParentRoute: () => desk,
  path: "/",
  beforeLoad: async ({ context: { services, me } }) => {
    if (me.member.role !== "operator") {
      const agents = await services.queries.ensureQueryData(loads.agents(services.api));
      const [first] = agents;
      if (first === undefined) throw redirect({ to: "/agents", search: {} });
      if (agents.every((agent) => agent.knowledge.sources === 0)) {
        throw redirect({ to: "/agents/$agentId/sources", params: { agentId: first.id } });
      }
    }
    throw redirect({
      to: "/inbox/$view/{-$conversationId}",
      params: { view: "waiting", conversationId: undefined },
    });
  },
});

const inbox = createRoute({
  getParentRoute: () => desk,
  path: "/inbox/$view/{-$conversationId}",
  params: {
    parse: ({ view, conversationId }) => ({
      view: VIEWS.find((known) => known === view) ?? ("waiting" satisfies InboxView),
      conversationId,
    }),
  },
  component: InboxScreen,
});
const inboxHome = createRoute({
  getParentRoute: () => desk,
  path: "/inbox",
  beforeLoad: () => {
    throw redirect({
      to: "/inbox/$view/{-$conversationId}",
      params: { view: "waiting", conversationId: undefined },
    });
  },
});

const agents = createRoute({
  getParentRoute: () => desk,
  path: "/agents",
  validateSearch: (search: Record<string, unknown>): { create?: true } =>
    search.create === true ? { create: true } : {},
  component: lazyRouteComponent(() => import("../screens/agents/agents-screen"), "AgentsScreen"),
});
const agent = createRoute({
  getParentRoute: () => desk,
  path: "/agents/$agentId",
  component: lazyRouteComponent(() => import("../screens/agents/agent-layout"), "AgentLayout"),
});
const agentHome = createRoute({
  getParentRoute: () => agent,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/agents/$agentId/sources", params });
  },
});
const sources = createRoute({
  getParentRoute: () => agent,
  path: "/sources",
  component: lazyRouteComponent(() => import("../screens/agents/sources-screen"), "SourcesScreen"),
});
const source = createRoute({
  getParentRoute: () => agent,
  path: "/sources/$sourceId",
  validateSearch: (search: Record<string, unknown>): { pages?: PageState } => {
    const pages = PAGE_STATES.find((known) => known === search.pages);
    return pages === undefined ? {} : { pages };
  },
  component: lazyRouteComponent(() => import("../screens/agents/source-screen"), "SourceScreen"),
});
const settings = createRoute({
  getParentRoute: () => agent,
  path: "/settings",
  component: lazyRouteComponent(() => import("../screens/agents/settings-screen"), "SettingsScreen"),
});
const widget = createRoute({
  getParentRoute: () => agent,
  path: "/widget",
  component: lazyRouteComponent(() => import("../screens/agents/widget-screen"), "WidgetScreen"),
});
const test = createRoute({
  getParentRoute: () => agent,
  path: "/test",
  component: lazyRouteComponent(() => import("../screens/agents/test-screen"), "TestScreen"),
});
const golden = createRoute({
  getParentRoute: () => agent,
  path: "/golden",
  component: lazyRouteComponent(() => import("../screens/agents/golden-screen"), "GoldenScreen"),
});
const team = createRoute({
  getParentRoute: () => desk,
  path: "/team",
  component: lazyRouteComponent(() => import("../screens/team/team-screen"), "TeamScreen"),
});
const account = createRoute({
  getParentRoute: () => desk,
  path: "/account",
  component: lazyRouteComponent(() => import("../screens/account/account-screen"), "AccountScreen"),
});

const tree = root.addChildren([
  setup,
  signIn,
  join,
  desk.addChildren([
    home,
    inboxHome,
    inbox,
    agents,
    agent.addChildren([agentHome, sources, source, settings, widget, test, golden]),
    team,
    account,
  ]),
]);

export function createAppRouter(services: Services) {
  return createRouter({
    routeTree: tree,
    context: { services },
    defaultPreload: "intent",
    defaultPendingMs: 400,
    defaultErrorComponent: LoadFailed,
    defaultNotFoundComponent: NoSuchPage,
    scrollRestoration: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
