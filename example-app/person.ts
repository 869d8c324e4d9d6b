/** What the site remembers of a person. */
export interface Person {
  id: string;
  name: string;
  country: string;
  dateOfBirth?: string;
  level: string;
  documentNumber: string;
}
