const NAME = 'runyard_csrf';

/** What requests that change something must send along; `null` where nobody is signed in. */
export function csrfToken(cookies = document.cookie): string | null {
  for (const cookie of cookies.split('; ')) {
    const [name, ...value] = cookie.split('=');
    if (name === NAME) return decodeURIComponent(value.join('='));
  }
  return null;
}
