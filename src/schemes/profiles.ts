/** Every profile, in the order in which they are listed. Whoever adds a sender adds a file and a line here. */
import { checkout } from './profiles/checkout.ts';
import { custom } from './profiles/custom.ts';
import { fincra } from './profiles/fincra.ts';
import { flutterwave } from './profiles/flutterwave.ts';
import { flutterwaveV3 } from './profiles/flutterwave-v3.ts';
import { github } from './profiles/github.ts';
import { interswitch } from './profiles/interswitch.ts';
import { juicyway } from './profiles/juicyway.ts';
import { korapay } from './profiles/korapay.ts';
import { monnify } from './profiles/monnify.ts';
import { paystack } from './profiles/paystack.ts';
import { razorpay } from './profiles/razorpay.ts';
import { shopify } from './profiles/shopify.ts';
import { slack } from './profiles/slack.ts';
import { squad } from './profiles/squad.ts';
import { square } from './profiles/square.ts';
import { standardWebhooks } from './profiles/standard-webhooks.ts';
import { stripe } from './profiles/stripe.ts';
import type { Profile } from './settings.ts';

export const profiles: readonly Profile[] = [
  juicyway,
  paystack,
  flutterwave,
  flutterwaveV3,
  korapay,
  monnify,
  fincra,
  squad,
  interswitch,
  stripe,
  github,
  slack,
  shopify,
  standardWebhooks,
  razorpay,
  checkout,
  square,
  custom,
];

/** What a route has that names no scheme. */
export const defaultProfile: Profile = juicyway;

export function findProfile(name: string): Profile | undefined {
  return profiles.find((profile) => profile.name === name);
}
