/* Shapes of the API until its routes give them. */
export interface SignInMethods {
  password: boolean;
  oidc: { id: string; name: string }[];
}
export interface User {
  id: string;
  username: string;
  name: string;
  email: string | null;
  role: 'admin' | 'operator' | 'viewer';
  scope: 'all' | 'teams';
  active: boolean;
  has_password: boolean;
  issuer: string | null;
  created_at: string;
  last_sign_in_at: string | null;
}
export interface ApiToken {
  id: string;
  name: string;
  hint: string;
  permissions: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  username: string;
}
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
