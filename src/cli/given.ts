import { InvalidArgumentError } from 'commander';

/** Reads the text of an option or an argument that nobody can mean to be empty, as an unset variable of a shell makes it. */
export function given(what: string): (text: string) => string {
  return (text) => {
    if (text !== '') return text;
    throw new InvalidArgumentError(`expected ${what}.`);
  };
}

export const fileName: (text: string) => string = given('the name of a file');
export const routeName: (text: string) => string = given('the name of a route');
