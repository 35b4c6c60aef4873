import { Center, Loader } from '@mantine/core';

/** Until the code of the first page is there. */
export function LoadingPage() {
  return (
    <Center h="100dvh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
