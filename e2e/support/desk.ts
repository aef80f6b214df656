import { expect, type Locator, type Page } from "@playwright/test";

/** What a member sees and does: the dashboard. */
export class Desk {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get availability(): Locator {
    return this.page.getByRole("switch", { name: "Available for conversations" }).first();
  }

  get thread(): Locator {
    return this.page.getByRole("region", { name: /^Conversation with/ });
  }

  get log(): Locator {
    return this.page.getByRole("log", { name: /^Conversation with/ });
  }

  get reply(): Locator {
    return this.page.getByRole("textbox", { name: /^Reply to/ });
  }

  get details(): Locator {
    return this.page.getByRole("complementary", { name: "Details" });
  }

  /** The page that the visitor is on, in the head of the thread. */
  get pageOfVisitor(): Locator {
    return this.thread.locator("header").getByRole("link");
  }

  /** The conversations of a view, such as "Needs human". */
  rows(view: string): Locator {
    return this.page.getByRole("region", { name: view, exact: true }).getByRole("listitem");
  }

  /** A link of the navigation at the left. */
  view(name: string): Locator {
    return this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });
  }

  /** Opens the first conversation of the view on screen, by keyboard. */
  async openFirst(view: string): Promise<void> {
    await expect(this.rows(view).first()).toBeVisible();
    await this.press("j");
    await expect(this.log).toBeVisible();
  }

  /** Presses a single-key shortcut where no text is being written. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  async say(text: string): Promise<void> {
    await this.reply.fill(text);
    // Enter alone begins a new line on a phone.
    await this.reply.press("Control+Enter");
    await expect(this.log.getByText(text)).toBeVisible();
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.page.getByLabel("Email").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }
}
