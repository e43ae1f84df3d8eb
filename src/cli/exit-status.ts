/** Behind the help of what runs until it is told to stop. */
export const exitStatusOfServers =
  '\nExit status: 0 stopped by a signal, 1 it could not start or was cut short, 2 usage or configuration.';
