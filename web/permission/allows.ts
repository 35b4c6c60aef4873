/** `<resource>:<action>`, as the API's routes ask for it. */
export type Permission = `${string}:${'read' | 'write'}`;

/** Whether one of the permissions held (`jobs:read`, `jobs:*`, `*:*`) covers the one wanted. */
export function allows(held: readonly string[], wanted: Permission): boolean {
  const [resource, action] = wanted.split(':');
  return held.some((permission) => {
    const [heldResource, heldAction] = permission.split(':');
    return (
      (heldResource === '*' || heldResource === resource) &&
      (heldAction === '*' || heldAction === action)
    );
  });
}
