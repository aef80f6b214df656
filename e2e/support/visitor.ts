import { expect, type FrameLocator, type Locator, type Page } from "@playwright/test";

/** What a visitor sees and does: a page of the owner's site with the widget on it. */
export class Visitor {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get launcher(): Locator {
    return this.page.getByRole("button", { name: /^(Open|Close) support chat/ });
  }

  get panel(): Locator {
    return this.page.getByRole("dialog", { name: "Support chat", exact: true });
  }

  get chat(): FrameLocator {
    return this.page.frameLocator('iframe[title="Support chat"]');
  }

  get header(): Locator {
    return this.chat.getByRole("banner");
  }

  get log(): Locator {
    return this.chat.getByRole("log", { name: "Conversation" });
  }

  get composer(): Locator {
    return this.chat.getByRole("textbox", { name: /^Message/ });
  }

  /** What the widget says to those who listen. */
  get announcer(): Locator {
    return this.chat.locator("[role=status][aria-atomic=true]");
  }

  /** The offer to bring a person in. */
  get offer(): Locator {
    return this.chat.getByRole("button", { name: "Talk to a human" });
  }

  /** Messages of the visitor themselves. */
  get own(): Locator {
    return this.messages(/^You/);
  }

  /** Messages of the AI, finished or being written. */
  get answers(): Locator {
    return this.messages(/^Assistant/);
  }

  /** Messages under an author's name. */
  messages(author: RegExp): Locator {
    return this.log.getByRole("article").filter({ has: this.page.getByRole("heading", { name: author }) });
  }

  async open(): Promise<void> {
    await this.page.getByRole("button", { name: /^Open support chat/ }).click();
    await expect(this.composer).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
    await expect(this.own.filter({ hasText: text }).first()).toBeVisible();
  }
}
