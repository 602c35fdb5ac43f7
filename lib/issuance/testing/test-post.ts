import type { Delivery, Letter, Post } from '#lib/mail/post.ts'

/** A post that keeps what it gets. `answers` are given one after the other, then `taken`. */
export function testPost() {
  const letters: Letter[] = []
  const held = { answers: [] as Delivery[], error: null as Error | null, opened: 0, closed: 0 }
  const post: Post = {
    open: async () => {
      if (held.error) throw held.error
      held.opened += 1
      return {
        deliver: async (letter) => {
          const answer = held.answers.shift() ?? 'taken'
          if (answer === 'taken') letters.push(letter)
          return answer
        },
        close: () => {
          held.closed += 1
        },
      }
    },
  }
  return { post, letters, held }
}
