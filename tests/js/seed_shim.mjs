// What the listing's handlers use and do not declare: Slack's own client and the AWS SDK.
import { WebClient } from '@slack/web-api';

export { SFNClient, SendTaskFailureCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
export const slack = new WebClient(process.env.SLACK_BOT_TOKEN, { slackApiUrl: process.env.SLACK_API_URL });
