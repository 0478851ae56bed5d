import axios from 'axios';
import {restError} from './rest_error.ts';

export interface ClaimAnswer {
  readonly username: string;
  readonly token: string;
}

const PAGE = '/plugins/disaster-recovery/claim';

/** What the claim page does with a code: it is used up, and a token comes back. Throws a RestError. */
export async function useCode(
  url: string,
  code: string,
  headers: Readonly<Record<string, string>> = {'X-Requested-With': 'XMLHttpRequest'},
): Promise<ClaimAnswer> {
  try {
    return (await axios.post<ClaimAnswer>(`${url}${PAGE}/code`, {code}, {headers: {...headers}, proxy: false})).data;
  } catch (error) {
    throw restError('POST claim/code', error);
  }
}

/** What the claim page does next, at Mattermost itself. */
export async function choosePassword(url: string, token: string, password: string): Promise<void> {
  try {
    await axios.post(`${url}/api/v4/users/password/reset`, {token, new_password: password}, {proxy: false});
  } catch (error) {
    throw restError('POST /users/password/reset', error);
  }
}
